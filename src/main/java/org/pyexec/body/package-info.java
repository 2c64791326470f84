/** Receives the bodies of requests: reader, spool, codings and limits. */
@NullMarked
package org.pyexec.body;

import org.jspecify.annotations.NullMarked;
