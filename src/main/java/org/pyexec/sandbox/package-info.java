/** Runs programs in isolation: starts and watches the Python processes, whose code is in the resources of this package. */
@NullMarked
package org.pyexec.sandbox;

import org.jspecify.annotations.NullMarked;
