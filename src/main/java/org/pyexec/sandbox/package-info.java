/** Runs one program in isolation; the Python runtime lies beside it as resources. */
@NullMarked
package org.pyexec.sandbox;

import org.jspecify.annotations.NullMarked;
