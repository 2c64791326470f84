/** The store of files on this machine's disk, and the folder that it shares with others. */
@NullMarked
package org.pyexec.files.disk;

import org.jspecify.annotations.NullMarked;
