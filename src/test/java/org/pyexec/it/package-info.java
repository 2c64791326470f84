/** Black-box tests: they know a base URL and a start script, and nothing of what is behind them. */
@NullMarked
package org.pyexec.it;

import org.jspecify.annotations.NullMarked;
