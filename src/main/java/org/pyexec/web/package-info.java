/** The HTTP surface: JAX-RS resources, their request and response records, and exception mappers. */
@NullMarked
package org.pyexec.web;

import org.jspecify.annotations.NullMarked;
