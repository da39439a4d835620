# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -Wrapper
#Requires -Version 5.1

# The line above tells an ansible-core that does not know -Wrapper yet (2.16) that this is a module of today.
# The least that a module in PowerShell can be: it needs nothing but Ansible's wrapper, and answers at once.
'{"changed":false}'
