/** Joins the rooms: settings, wiring and the timer. The only package that sees all others. */
@NullMarked
package org.pyexec.app;

import org.jspecify.annotations.NullMarked;
