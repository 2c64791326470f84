/** The JAX-RS resources: each reads a request, calls another room, and passes the answer on. */
@NullMarked
package org.pyexec.web;

import org.jspecify.annotations.NullMarked;
