/** {@code /executions}: asynchronous executions. */
@NullMarked
package org.pyexec.it.jobs;

import org.jspecify.annotations.NullMarked;
