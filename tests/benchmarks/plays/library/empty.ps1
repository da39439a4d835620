# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -Wrapper
# An ansible-core that does not know -Wrapper (2.16) takes this for a module of today by the next line.
#Requires -Version 5.1

'{"changed": false}'
