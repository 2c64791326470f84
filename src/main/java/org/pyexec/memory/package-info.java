/** How much of the heap all requests and programs may hold together. */
@NullMarked
package org.pyexec.memory;

import org.jspecify.annotations.NullMarked;
