/** HTTP itself: request heads, paths, headers, origins, and the page and API description that are served. */
@NullMarked
package org.pyexec.it.http;

import org.jspecify.annotations.NullMarked;
