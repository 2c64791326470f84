/** Who asks: the client of a request, found out from its addresses, and what it may have. */
@NullMarked
package org.pyexec.client;

import org.jspecify.annotations.NullMarked;
