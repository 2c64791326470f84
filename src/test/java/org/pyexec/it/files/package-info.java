/** Files that clients host or programs leave behind, and their downloads. */
@NullMarked
package org.pyexec.it.files;

import org.jspecify.annotations.NullMarked;
