/** Start, settings, health, end and redeployment of a server. */
@NullMarked
package org.pyexec.it.lifecycle;

import org.jspecify.annotations.NullMarked;
