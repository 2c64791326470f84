/** How answers reach a client: asynchronous replies, write slots, the event stream, and limits for slow readers. */
@NullMarked
package org.pyexec.delivery;

import org.jspecify.annotations.NullMarked;
