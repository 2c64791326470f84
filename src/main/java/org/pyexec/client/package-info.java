/** Finds out which client sent a request, and says which limits that client has. */
@NullMarked
package org.pyexec.client;

import org.jspecify.annotations.NullMarked;
