/** Receives the bodies of requests: reader, spool, codings, limits, and uploads in one pass. */
@NullMarked
package org.pyexec.body;

import org.jspecify.annotations.NullMarked;
