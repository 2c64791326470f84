/** Receives the bodies of requests: their parts, while they come. */
@NullMarked
package org.pyexec.body;

import org.jspecify.annotations.NullMarked;
