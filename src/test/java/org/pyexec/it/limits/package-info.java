/** What bounds programs, clients and the server, and clients that try to use it up. */
@NullMarked
package org.pyexec.it.limits;

import org.jspecify.annotations.NullMarked;
