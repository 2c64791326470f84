/** The files of the page, and the error page. */
@NullMarked
package org.pyexec.page;

import org.jspecify.annotations.NullMarked;
