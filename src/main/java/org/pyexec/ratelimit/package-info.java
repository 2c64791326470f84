/** Counts the requests of each client, and decides whether one more may pass. */
@NullMarked
package org.pyexec.ratelimit;

import org.jspecify.annotations.NullMarked;
