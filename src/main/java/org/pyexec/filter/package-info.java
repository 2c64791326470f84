/** The servlet filters that every request passes: request id, log, security headers, CORS, rate limit, body. */
@NullMarked
package org.pyexec.filter;

import org.jspecify.annotations.NullMarked;
