/** Reads and writes the HTTP headers that several rooms need, and keeps facts about a request in its attributes. */
@NullMarked
package org.pyexec.http;

import org.jspecify.annotations.NullMarked;
