/** Words that the web layer and the filters share: request ids, error bodies, JSON. */
@NullMarked
package org.pyexec.http;

import org.jspecify.annotations.NullMarked;
