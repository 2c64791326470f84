/** Joins the rooms: reads the settings, creates all objects, runs the timers. Only this package sees all others. */
@NullMarked
package org.pyexec.app;

import org.jspecify.annotations.NullMarked;
