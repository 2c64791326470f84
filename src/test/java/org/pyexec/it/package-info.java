/**
 * Black-box tests: they know only a base URL and a start script. There is one package for each part of what a client sees, and
 * {@link org.pyexec.it.support} for what they share.
 */
@NullMarked
package org.pyexec.it;

import org.jspecify.annotations.NullMarked;
