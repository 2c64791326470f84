/** Tests of the page for people, in a real browser. */
@NullMarked
package org.pyexec.browser;

import org.jspecify.annotations.NullMarked;
