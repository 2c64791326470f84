/** Limits of programs, of clients and of the server, and clients that try to exhaust it. */
@NullMarked
package org.pyexec.it.limits;

import org.jspecify.annotations.NullMarked;
