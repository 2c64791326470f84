/** Starts the uber-jar. Lives beside Payara Micro's own classes and not in the WAR. */
@NullMarked
package org.pyexec.launcher;

import org.jspecify.annotations.NullMarked;
