/** Compares the documents with the code, so that they stay true. */
@NullMarked
package org.pyexec.documents;

import org.jspecify.annotations.NullMarked;
