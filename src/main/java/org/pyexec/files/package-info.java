/** Keeps hosted and generated files until they expire. */
@NullMarked
package org.pyexec.files;

import org.jspecify.annotations.NullMarked;
