/** {@code POST /execute} with {@code Accept: text/event-stream}. */
@NullMarked
package org.pyexec.it.streams;

import org.jspecify.annotations.NullMarked;
