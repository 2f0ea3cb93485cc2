// Holds a file open, as a virus scanner or an editor may, until its input ends: others may read it then, or write it, too,
// or do nothing. None may delete it, or replace it by another file.
//
//	hold FILE read|write|nothing
package main

import (
	"fmt"
	"io"
	"os"
	"syscall"
)

func main() {
	share := map[string]uint32{
		"read":    syscall.FILE_SHARE_READ,
		"write":   syscall.FILE_SHARE_READ | syscall.FILE_SHARE_WRITE,
		"nothing": 0,
	}[os.Args[2]]
	name, err := syscall.UTF16PtrFromString(os.Args[1])
	if err == nil {
		_, err = syscall.CreateFile(name, syscall.GENERIC_READ, share, nil, syscall.OPEN_EXISTING, 0, 0)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin)
}
