/** Counts requests per client address. */
@NullMarked
package org.pyexec.ratelimit;

import org.jspecify.annotations.NullMarked;
