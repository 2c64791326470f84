/** Interpreters that live on between programs: opened, found again, interrupted, ended, forgotten. */
@NullMarked
package org.pyexec.sessions;

import org.jspecify.annotations.NullMarked;
