/** The scripts of {@code bench}, in short. */
@NullMarked
package org.pyexec.it.bench;

import org.jspecify.annotations.NullMarked;
