/** {@code /sessions}: interpreters that keep state, their programs and their files. */
@NullMarked
package org.pyexec.it.sessions;

import org.jspecify.annotations.NullMarked;
