/** What tests of several rooms need to start servers. */
@NullMarked
package org.pyexec.support;

import org.jspecify.annotations.NullMarked;
