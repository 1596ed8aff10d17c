package local

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// unprivileged is the account PostgreSQL runs as: nil, meaning this one, unless this one is root, which
// PostgreSQL refuses; then the account its package made, or nobody.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(account.Uid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("reading the account %s: %w", name, err)
		}
		gid, err := strconv.ParseUint(account.Gid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("reading the account %s: %w", name, err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("PostgreSQL does not run as root, and there is neither an account named postgres nor one named nobody")
}

// give makes dir, which this process made, the account's own.
func give(dir string, to *syscall.Credential) error {
	if to == nil {
		return nil
	}
	if err := os.Chown(dir, int(to.Uid), int(to.Gid)); err != nil {
		return fmt.Errorf("giving %s to the account of PostgreSQL: %w", dir, reason(err))
	}
	return nil
}
