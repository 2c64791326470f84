/** Servers, clients and expectations that the black-box tests share. */
@NullMarked
package org.pyexec.it.support;

import org.jspecify.annotations.NullMarked;
