/** Tests that run the examples of the documents. */
@NullMarked
package org.pyexec.it.documents;

import org.jspecify.annotations.NullMarked;
