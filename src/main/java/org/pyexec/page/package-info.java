/** Serves the page for browsers, and makes the HTML error page. */
@NullMarked
package org.pyexec.page;

import org.jspecify.annotations.NullMarked;
