/** What the documents say, tried. */
@NullMarked
package org.pyexec.it.documents;

import org.jspecify.annotations.NullMarked;
