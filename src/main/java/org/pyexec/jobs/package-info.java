/** Keeps asynchronous executions: programs that run while no client waits for the answer. */
@NullMarked
package org.pyexec.jobs;

import org.jspecify.annotations.NullMarked;
