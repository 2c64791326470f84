/** Runs programs: slots and queue in front of the sandbox, outcome and files behind it. */
@NullMarked
package org.pyexec.execution;

import org.jspecify.annotations.NullMarked;
