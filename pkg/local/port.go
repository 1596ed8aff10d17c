package local

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// CheckPort refuses an address that cannot be listened on, and names the process that has it.
func CheckPort(address string) error {
	listener, err := net.Listen("tcp", address)
	if err == nil {
		return listener.Close()
	}
	if holder := PortHolder(address); holder != "" {
		return fmt.Errorf("the address %s is taken by %s", address, holder)
	}
	return fmt.Errorf("the address %s cannot be used: %w", address, err)
}

// PortHolder tells who listens on the port of an address, for instance "process 812 (nginx)"; empty
// when nobody does. What another account's process does, only root can see.
func PortHolder(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return ""
	}
	sockets := listeners(number)
	if len(sockets) == 0 {
		return ""
	}
	files, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, file := range files {
		if target, err := os.Readlink(file); err == nil && slices.Contains(sockets, target) {
			pid := strings.Split(file, "/")[2]
			name, _ := os.ReadFile(filepath.Join("/proc", pid, "comm"))
			return fmt.Sprintf("process %s (%s)", pid, strings.TrimSpace(string(name)))
		}
	}
	return "a process of another account"
}

// listeners are the sockets that listen on a TCP port, as the links in /proc/<pid>/fd name them.
func listeners(port uint64) []string {
	const listening = "0A"
	var found []string
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, _ := os.ReadFile(table)
		for line := range strings.Lines(string(text)) {
			fields := strings.Fields(line) // sl local_address rem_address st … inode
			if len(fields) < 10 || fields[3] != listening {
				continue
			}
			_, local, _ := strings.Cut(fields[1], ":")
			if number, err := strconv.ParseUint(local, 16, 16); err == nil && number == port {
				found = append(found, "socket:["+fields[9]+"]")
			}
		}
	}
	return found
}
