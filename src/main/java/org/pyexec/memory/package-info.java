/** Bounds how much of the heap all requests and programs hold together. */
@NullMarked
package org.pyexec.memory;

import org.jspecify.annotations.NullMarked;
