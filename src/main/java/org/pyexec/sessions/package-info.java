/** Keeps sessions: interpreters that keep their state between programs. */
@NullMarked
package org.pyexec.sessions;

import org.jspecify.annotations.NullMarked;
