/**
 * Black-box tests: they know a base URL and a start script, and nothing of what is behind them. One package for each part of
 * what a client sees, and {@link org.pyexec.it.support} for what they share.
 */
@NullMarked
package org.pyexec.it;

import org.jspecify.annotations.NullMarked;
