/** Runs programs: waits for a slot, starts the program in the sandbox, and collects its outcome. */
@NullMarked
package org.pyexec.execution;

import org.jspecify.annotations.NullMarked;
