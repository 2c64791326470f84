/** The row of doors that every request passes: request id, log, headers, CORS, rate limit, body. */
@NullMarked
package org.pyexec.filter;

import org.jspecify.annotations.NullMarked;
