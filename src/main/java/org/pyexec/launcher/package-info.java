/** Starts Payara Micro in the uber-jar. It is not part of the WAR. */
@NullMarked
package org.pyexec.launcher;

import org.jspecify.annotations.NullMarked;
